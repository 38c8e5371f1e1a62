import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** A rule of WCAG 2.2 A or AA that a page breaks, and where. */
export interface Finding {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  readonly places: readonly string[];
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const OPTIONS = JSON.stringify({ runOnly: { type: 'tag', values: TAGS }, resultTypes: ['violations'] });
/** In the page: as text, for code that runs there has other types than this. */
const RUN = `axe.run(document, ${OPTIONS}).then(({ violations }) => violations.map(({ id, impact, help, nodes }) => ({
  rule: id, impact: impact ?? 'unknown', help,
  places: nodes.map((node) => node.target.join(' ') + ' ' + node.html.slice(0, 160) + ' ' + (node.failureSummary ?? '')),
})))`;

/** What axe finds wrong with the page as it is now. */
export async function findings(page: Page): Promise<readonly Finding[]> {
  // By the debugger, which no CSP keeps out, as it would a script in the page.
  await page.evaluate(axe.source);
  return page.evaluate<readonly Finding[]>(RUN);
}
