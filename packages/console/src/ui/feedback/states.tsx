import { ApiError } from '@greenvue/jobs/client';
import { Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { RefreshIcon, WarningIcon } from '../icons.tsx';
import { Plain } from '../text/text.tsx';
import { faultWords } from './fault-words.ts';
import { KeepFocus } from './keep-focus.tsx';
import classes from './states.module.css';

/** Grey rows in the place of rows that are still loading. */
export function Loading({ rows }: { readonly rows: number }) {
  return (
    <div role="status" aria-label="Loading">
      <Stack gap="xs">
        {Array.from({ length: rows }, (_, row) => row).map((row) => (
          <Skeleton key={row} height={28} radius="sm" width={row % 3 === 2 ? '82%' : '100%'} />
        ))}
      </Stack>
    </div>
  );
}

interface FailedProps {
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** The data that could not be read, the reason and the next step. */
export function Failed({ error, onRetry }: FailedProps) {
  const { title, advice, lead, detail, requestId } = faultWords(error);
  const faults = error instanceof ApiError ? error.faults : [];
  return (
    <div className={classes.state} role="alert">
      <span className={classes.failedIcon}>
        <WarningIcon size={22} />
      </span>
      <Stack gap={6}>
        <Title order={2} className={classes.title}>
          {title}
        </Title>
        <Text size="sm">{advice}</Text>
        {detail === undefined ? null : (
          <Text size="sm" c="dimmed">
            {lead}
            <Plain>{detail}</Plain>
          </Text>
        )}
        {faults.map((fault) => (
          <Text key={fault.pointer} size="sm">
            <Plain>{`${fault.pointer.slice(1)} ${fault.detail}`}</Plain>
          </Text>
        ))}
        {requestId === undefined ? null : (
          <Text size="xs" c="dimmed">
            Request id in the server’s log: <code>{requestId}</code>
          </Text>
        )}
        <KeepFocus label="Actions">
          <Button size="xs" mt="xs" variant="default" leftSection={<RefreshIcon />} onClick={onRetry}>
            Try again
          </Button>
        </KeepFocus>
      </Stack>
    </div>
  );
}

interface NotLoadedProps {
  /** null while the data is still loading. */
  readonly error: unknown;
  /** How many rows to show in the place of the data. */
  readonly rows: number;
  readonly onRetry: () => unknown;
}

/** In the place of missing data: it is loading, or could not be read. */
export function NotLoaded({ error, rows, onRetry }: NotLoadedProps) {
  return error === null ? <Loading rows={rows} /> : <Failed error={error} onRetry={() => void onRetry()} />;
}

interface EmptyProps {
  readonly title: string;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

/** A list without entries, where that is not an error. */
export function Empty({ title, action, children }: EmptyProps) {
  return (
    <div className={classes.empty}>
      <Title order={2} className={classes.title}>
        {title}
      </Title>
      {children === undefined ? null : (
        <Text size="sm" c="dimmed" component="div">
          {children}
        </Text>
      )}
      {action === undefined ? null : (
        <KeepFocus className={classes.action} label="Actions">
          {action}
        </KeepFocus>
      )}
    </div>
  );
}
