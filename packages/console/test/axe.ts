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

/** What axe finds wrong with the page as it is now. */
export async function findings(page: Page): Promise<readonly Finding[]> {
  // By the debugger, which no CSP keeps out, as it would a script in the page.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (tags) => {
    const { violations: found } = await window.axe.run(document, {
      runOnly: { type: 'tag', values: tags },
      resultTypes: ['violations'],
    });
    return found.map(({ id, impact, help, nodes }) => ({
      rule: id,
      impact: impact ?? 'unknown',
      help,
      places: nodes.map(
        (node) => `${node.target.join(' ')} ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`,
      ),
    }));
  }, TAGS);
  return violations;
}

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}
