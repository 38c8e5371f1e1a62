import type { Role } from '@greenvue/accounts';
import { Radio, Stack } from '@mantine/core';
import { useViewer } from '../session/session.tsx';
import { DELIVERIES, type Delivery } from './link-result.tsx';

interface DeliveryFieldProps {
  /** Of the account that gets the link. */
  readonly role: Role;
  readonly value: Delivery;
  readonly onChange: (deliver: Delivery) => void;
}

/** How the link that sets a password gets to the user. The server mails the link of an admin only. */
export function DeliveryField({ role, value, onChange }: DeliveryFieldProps) {
  const isPerson = useViewer().account?.kind === 'user';
  const isMailOnly = role === 'admin' || !isPerson;
  return (
    <Radio.Group
      label="The link that sets the password"
      description={isMailOnly ? mailOnlyText(isPerson) : undefined}
      value={isMailOnly ? 'mail' : value}
      onChange={(chosen) => onChange(DELIVERIES.find((one) => one.value === chosen)?.value ?? value)}
    >
      <Stack gap={8} mt={6}>
        {DELIVERIES.map((one) => (
          <Radio key={one.value} {...one} disabled={isMailOnly && one.value === 'link'} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function mailOnlyText(isPerson: boolean): string {
  return isPerson
    ? 'An admin gets the link by mail only.'
    : 'You are signed in with an API token, so the server can only send the link by mail.';
}

/** The delivery that the server accepts. */
export function useAllowedDelivery(role: Role, wanted: Delivery): Delivery {
  const isPerson = useViewer().account?.kind === 'user';
  return role === 'admin' || !isPerson ? 'mail' : wanted;
}
