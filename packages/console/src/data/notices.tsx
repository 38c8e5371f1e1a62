import { Notifications, notifications } from '@mantine/notifications';
import { useEffect } from 'react';

/** Where notices show. They are of whoever is signed in: the next one, or the sign-in page, has none of them. */
export function Notices() {
  useEffect(() => {
    notifications.clean();
  }, []);
  return <Notifications position="bottom-right" containerWidth={400} limit={4} />;
}
