import { Text } from '@mantine/core';
import { useConfig } from '../config/config.tsx';
import { Fold } from '../layout/fold.tsx';
import { TextBlock } from '../text/text-block.tsx';
import { type Curl, curlScript } from './curl.ts';

/** The API requests behind a page, collapsed, for people who continue in a terminal. */
export function CurlFold({ curls }: { readonly curls: readonly Curl[] }) {
  const { apiUrl, auth } = useConfig();
  return (
    <Fold summary="curl commands">
      <Text size="sm" mb="xs">
        The API requests behind this page. Set <code>TOKEN</code> to your API token first.
      </Text>
      <TextBlock label="the commands">{curlScript({ api: apiUrl, auth, curls })}</TextBlock>
    </Fold>
  );
}
