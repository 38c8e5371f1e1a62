import type { ApiToken } from '@greenvue/accounts';
import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Actor } from '../data/actor.tsx';
import { useNow } from '../ui/clock/now.tsx';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { Help } from '../ui/help/help.tsx';
import { Ago, Instant } from '../ui/instant/instant.tsx';
import { Plain } from '../ui/text/text.tsx';
import { policyWords, tokenState } from './token-words.ts';
import { useRevokeToken } from './use-tokens.ts';

interface TokenTableProps {
  readonly tokens: readonly ApiToken[];
}

export function TokenTable({ tokens }: TokenTableProps) {
  const [asked, setAsked] = useState<{ readonly token: ApiToken; readonly isOpen: boolean }>();
  const revoke = useRevokeToken();
  const close = () => setAsked((before) => before && { ...before, isOpen: false });
  return (
    <>
      <Table.ScrollContainer minWidth={860}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Token</Table.Th>
              <Table.Th scope="col">Created by</Table.Th>
              <Table.Th scope="col">
                Role <Help word="role" />
              </Table.Th>
              <Table.Th scope="col">
                Policy <Help word="policy" />
              </Table.Th>
              <Table.Th scope="col">Last used</Table.Th>
              <Table.Th scope="col">Expires</Table.Th>
              <Table.Th scope="col">Actions</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.map((token) => (
              <TokenRow key={token.id} token={token} onRevoke={() => setAsked({ token, isOpen: true })} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {asked === undefined ? null : (
        <Confirm
          opened={asked.isOpen}
          onClose={close}
          onConfirm={() => revoke.mutate({ token: asked.token }, { onSuccess: close })}
          title="Revoke this token?"
          confirmLabel="Revoke token"
          danger
          isBusy={revoke.isPending}
        >
          Programs that use <Plain>{asked.token.name}</Plain> are refused at once. Tokens that were made with
          it are revoked, too. This can't be undone.
        </Confirm>
      )}
    </>
  );
}

interface TokenRowProps {
  readonly token: ApiToken;
  readonly onRevoke: () => void;
}

function TokenRow({ token, onRevoke }: TokenRowProps) {
  const state = tokenState(token, useNow());
  const bounds = policyWords(token.policy);
  const { role, effective_role: effective } = token;
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Plain>{token.name}</Plain>
        {state === 'works' ? null : (
          <Text size="xs" c="dimmed" component="div">
            {state}
          </Text>
        )}
      </Table.Th>
      <Table.Td>
        <Actor actor={token.created_by} />
      </Table.Td>
      <Table.Td>
        {role}
        {effective === null || effective === role ? null : ` (now ${effective}, like its owner)`}
      </Table.Td>
      <Table.Td>
        {bounds.length === 0 ? (
          'none'
        ) : (
          <Text size="sm" component="div">
            <Plain>{bounds.join('; ')}</Plain>
          </Text>
        )}
      </Table.Td>
      <Table.Td>{token.last_used_at === null ? 'never' : <Ago at={token.last_used_at} />}</Table.Td>
      <Table.Td>
        <Instant at={token.expires_at} />
      </Table.Td>
      <Table.Td>
        {state === 'revoked' || state === 'expired' ? null : (
          <Button size="compact-sm" variant="default" aria-label={`Revoke ${token.name}`} onClick={onRevoke}>
            Revoke
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
