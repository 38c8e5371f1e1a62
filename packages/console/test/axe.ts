import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** A WCAG 2.2 A or AA rule that a page breaks, and where. */
export interface Finding {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  readonly places: readonly string[];
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const OPTIONS = JSON.stringify({ runOnly: { type: 'tag', values: TAGS }, resultTypes: ['violations'] });
/** As text, because the types of this file do not apply in the page. */
const RUN = `axe.run(document, ${OPTIONS}).then(({ violations }) => violations.map(({ id, impact, help, nodes }) => ({
  rule: id, impact: impact ?? 'unknown', help,
  places: nodes.map((node) => node.target.join(' ') + ' ' + node.html.slice(0, 160) + ' ' + (node.failureSummary ?? '')),
})))`;

const IS_LOADED = `'axe' in window`;

/**
 * A dialog that fades in has less contrast. Its transition begins a few frames after it is in the page. Each
 * round asks for a frame: without one, Chromium ends no transition and may never resolve its `finished`.
 */
const AT_REST = `(async () => {
  const isFading = (one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity;
  for (let frame = 0; frame < 4 || document.getAnimations().some(isFading); frame += 1)
    await new Promise(requestAnimationFrame);
})()`;

/** The violations that axe finds on the page in its current state. */
export async function findings(page: Page): Promise<readonly Finding[]> {
  // Injected by the debugger, because the CSP blocks other scripts. Once for each page, because it is large.
  if (!(await page.evaluate<boolean>(IS_LOADED))) await page.evaluate(axe.source);
  await page.evaluate(AT_REST);
  return page.evaluate<readonly Finding[]>(RUN);
}
