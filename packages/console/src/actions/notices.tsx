import { Notifications, notifications } from '@mantine/notifications';
import { useEffect } from 'react';

/** Where notices show. What was shown to somebody is not shown to the next one, nor on the sign-in page. */
export function Notices() {
  useEffect(() => {
    notifications.clean();
  }, []);
  return <Notifications position="bottom-right" containerWidth={400} limit={4} />;
}
