import type { Column } from '../workload.ts';
import { type Summary, valueText } from './summary.ts';

export interface Bar {
  readonly label: string;
  readonly isOurs: boolean;
  readonly value: Summary;
}

const WIDTH = 800;
const LABEL_WIDTH = 270;
const VALUE_WIDTH = 130;
const ROW_HEIGHT = 26;
const TOP = 34;
const BAR_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
/** If values differ by more than this factor, the smallest bar is too short to see. */
const MOST_APART = 60;

/** An SVG with bars of medians and lines from minimum to maximum, for light and dark pages. */
export function chartOf(title: string, unit: Column['unit'], bars: readonly Bar[]): string {
  const height = TOP + bars.length * ROW_HEIGHT + 8;
  const scale = scaleOf(bars.map(({ value }) => value));
  const rows = bars.map((bar, n) => rowOf(bar, { unit, y: TOP + n * ROW_HEIGHT, scale }));
  const heading = scale.isLogarithmic ? `${title} (logarithmic)` : title;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${escaped(heading)}</title>
<style>
  text { font: 12.5px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .ours { fill: #2da44e; }
  .peer { fill: #8c959f; }
  .spread { stroke: #24292f; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .spread { stroke: #e6edf3; }
  }
</style>
<text class="title" x="0" y="18">${escaped(heading)}</text>
${rows.join('\n')}
</svg>
`;
}

interface Scale {
  readonly isLogarithmic: boolean;
  /** In pixels. */
  of(value: number): number;
}

function scaleOf(values: readonly Summary[]): Scale {
  const most = Math.max(...values.map(({ most }) => most));
  const least = Math.max(Math.min(...values.map(({ least }) => least)), most / 1e6);
  if (!(most > 0)) return { isLogarithmic: false, of: () => 0 };
  if (most / least <= MOST_APART) {
    return { isLogarithmic: false, of: (value) => (Math.max(value, 0) / most) * BAR_WIDTH };
  }
  // The smallest value still gets a visible bar.
  const from = Math.log10(least) - 0.2;
  const span = Math.log10(most) - from;
  return {
    isLogarithmic: true,
    of: (value) => (value <= 0 ? 0 : Math.max(0, (Math.log10(value) - from) / span) * BAR_WIDTH),
  };
}

function rowOf(
  { label, isOurs, value }: Bar,
  { unit, y, scale }: { readonly unit: Column['unit']; readonly y: number; readonly scale: Scale },
): string {
  const middle = y + ROW_HEIGHT / 2;
  const pixel = (number: number) => (LABEL_WIDTH + scale.of(number)).toFixed(1);
  const text = value.isCapped ? `over ${valueText(value.median, unit)}` : valueText(value.median, unit);
  const end = LABEL_WIDTH + scale.of(value.most) + 6;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="${isOurs ? 'ours' : 'peer'}" x="${LABEL_WIDTH}" y="${y + 4}" width="${Math.max(1, scale.of(value.median)).toFixed(1)}" height="${ROW_HEIGHT - 8}" rx="2"/>`,
    `<line class="spread" x1="${pixel(value.least)}" x2="${pixel(value.most)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${end.toFixed(1)}" y="${middle + 4}">${escaped(text)}</text>`,
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
