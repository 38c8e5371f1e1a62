import { Text } from '@mantine/core';
import { Fold } from '../layout/fold.tsx';
import { TextBlock } from '../text/text-block.tsx';
import { type Curl, curlScript } from './curl.ts';

/** The API requests behind a page, collapsed, for people who continue in a terminal. */
export function CurlFold({ curls }: { readonly curls: readonly Curl[] }) {
  return (
    <Fold summary="The same as curl">
      <Text size="sm" mb="xs">
        What this page reads and does, as requests to the API. Put your token into <code>TOKEN</code> first.
      </Text>
      <TextBlock label="the commands">{curlScript(`${window.location.origin}/api`, curls)}</TextBlock>
    </Fold>
  );
}
