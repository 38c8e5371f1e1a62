import type { AlertNotice } from '../ports/alerts-port.ts';
import { type ChannelKind, shownUrl, unknownFaults, urlFaults } from './channel-kind.ts';
import { type Outbound, post } from './post.ts';

/** Sends to an incoming webhook of Slack, or of a program that takes the same. */
export function slackKind(outbound: Outbound): ChannelKind {
  return {
    faults: (config) => [
      ...urlFaults(config, 'https://hooks.slack.com/services/…'),
      ...unknownFaults(config, ['url']),
    ],
    shown: ({ url }) => ({ url: shownUrl(url) }),
    send: (notice, { url }, signal) =>
      post(outbound, { url: String(url), body: JSON.stringify(slackBody(notice)), headers: {}, signal }),
  };
}

const LONGEST_SLACK_TEXT = 3_000;

/** Slack reads `&`, `<` and `>` as its own marks. */
function slackBody({ title, text }: AlertNotice): { readonly text: string } {
  const [, ...rest] = text.split('\n');
  const escaped = (part: string) =>
    part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const body = escaped(rest.join('\n')).slice(0, LONGEST_SLACK_TEXT).toWellFormed();
  return { text: `*${escaped(title).replaceAll('*', '∗')}*${body}` };
}
