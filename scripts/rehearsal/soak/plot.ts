/** Lines over minutes, with the times of faults. */
export interface Plot {
  readonly title: string;
  readonly lines: readonly Line[];
  /** In minutes. */
  readonly minutes: number;
  readonly faults: readonly number[];
}

export interface Line {
  readonly label: string;
  /** In minutes. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

const WIDTH = 800;
const PANEL = 120;
const LEFT = 60;
const TOP = 24;
const PLOT_HEIGHT = PANEL - TOP - 22;
const PLOT_WIDTH = WIDTH - LEFT - 10;
const MINUTE_MARKS = 8;

/** An SVG with one panel for each line, for light and dark pages. */
export function plotOf({ title, lines, minutes, faults }: Plot): string {
  const height = 26 + lines.length * PANEL;
  const panels = lines.map((line, n) => panelOf(line, { y: 26 + n * PANEL, minutes, faults }));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${title}</title>
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .line { fill: none; stroke: #2da44e; stroke-width: 1.5; }
  .axis { stroke: #8c959f; }
  .fault { stroke: #cf222e; stroke-opacity: 0.35; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }
</style>
<text class="title" x="0" y="16">${title}; red: a fault begins; minutes</text>
${panels.join('\n')}
</svg>
`;
}

interface Panel {
  readonly y: number;
  readonly minutes: number;
  readonly faults: readonly number[];
}

function panelOf({ label, points }: Line, { y, minutes, faults }: Panel): string {
  const most = Math.max(...points.map(({ value }) => value), 1e-9);
  const x = (at: number) => (LEFT + (at / minutes) * PLOT_WIDTH).toFixed(1);
  const bottom = y + TOP + PLOT_HEIGHT;
  const path = points.map(
    ({ at, value }) => `${x(at)},${(bottom - (value / most) * PLOT_HEIGHT).toFixed(1)}`,
  );
  const every = Math.max(1, Math.round(minutes / MINUTE_MARKS));
  const marks = Array.from({ length: Math.floor(minutes / every) + 1 }, (_, n) => n * every);
  return [
    `<text x="${LEFT}" y="${y + 16}">${label}</text>`,
    faults
      .map((at) => `<line class="fault" x1="${x(at)}" x2="${x(at)}" y1="${y + TOP}" y2="${bottom}"/>`)
      .join(''),
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - 10}" y1="${bottom}" y2="${bottom}"/>`,
    `<polyline class="line" points="${path.join(' ')}"/>`,
    `<text x="${LEFT - 6}" y="${y + TOP + 8}" text-anchor="end">${numberText(most)}</text>`,
    `<text x="${LEFT - 6}" y="${bottom}" text-anchor="end">0</text>`,
    ...marks.map((at) => `<text x="${x(at)}" y="${bottom + 14}" text-anchor="middle">${at}</text>`),
  ].join('\n');
}

const numberText = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2);
