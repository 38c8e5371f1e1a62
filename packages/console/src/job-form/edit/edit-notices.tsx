import { Button, Text } from '@mantine/core';
import { Notice } from '../fields/notice.tsx';

/** Another user saved the job while this form was open. */
export function ChangedNotice({ onShow }: { readonly onShow: () => void }) {
  return (
    <Notice title="Someone else just changed this job">
      <Text size="sm">This form shows the job as you opened it, with your changes.</Text>
      <Button size="xs" variant="default" onClick={onShow}>
        Compare versions
      </Button>
    </Notice>
  );
}

/** The job was deleted, but the form still has the edit. */
export function DeletedNotice() {
  return (
    <Notice title="Someone deleted this job">
      <Text size="sm">
        You cannot edit it any more. Your input is still here: you can create a new job from it, with the same
        id or another.
      </Text>
    </Notice>
  );
}
