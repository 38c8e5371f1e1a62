import { Notifications, notifications } from '@mantine/notifications';
import { useEffect } from 'react';

/** The place for notifications. Clears them when the viewer changes or signs out. */
export function Notices() {
  useEffect(() => {
    notifications.clean();
  }, []);
  return <Notifications position="bottom-right" containerWidth={400} limit={4} />;
}
