import { Button, Text } from '@mantine/core';
import { Notice } from '../fields/notice.tsx';

/** Somebody else saved the job while this form was open. */
export function ChangedNotice({ onShow }: { readonly onShow: () => void }) {
  return (
    <Notice title="Somebody else has just edited this job">
      <Text size="sm">What you see here is the job as it was when you opened it, with your changes.</Text>
      <Button size="xs" variant="default" onClick={onShow}>
        Compare with theirs
      </Button>
    </Notice>
  );
}

/** The job was deleted, but the form still has the edit. */
export function DeletedNotice() {
  return (
    <Notice title="Somebody has deleted this job">
      <Text size="sm">
        It can't be edited any more. What you wrote is still here: you can create a new job of it, under the
        same id or another.
      </Text>
    </Notice>
  );
}
