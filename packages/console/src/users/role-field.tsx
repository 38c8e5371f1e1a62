import type { Role } from '@greenvue/accounts';
import { Radio, Stack } from '@mantine/core';
import { capital } from '../ui/text/capital.ts';
import { ROLE_WORDS, ROLES } from '../ui/text/role-words.ts';

interface RoleFieldProps {
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** A choice of a role, each with what it may do. */
export function RoleField({ value, onChange }: RoleFieldProps) {
  return (
    <Radio.Group
      label="Role"
      value={value}
      onChange={(chosen) => onChange(ROLES.find((role) => role === chosen) ?? value)}
    >
      <Stack gap={8} mt={6}>
        {ROLES.map((role) => (
          <Radio key={role} value={role} label={capital(role)} description={ROLE_WORDS[role]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
