import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant } from '../contestant.ts';
import { CONTESTANTS } from '../contestants.ts';
import type { Column, Workload } from '../workload.ts';
import { requireWorkload, WORKLOADS } from '../workloads.ts';
import { cellsOf, notesOf, timesText } from './cells.ts';
import { chartOf } from './chart.ts';
import type { Results } from './results.ts';
import { type Summary, summaryOf, summaryText, timesAsGood, valueText } from './summary.ts';

/**
 * Writes `peers.md` and its images into a folder, and the summary into a `performance.md` there. Returns the
 * page.
 */
export function writeReport(results: Results, folder: string): string {
  const measured = WORKLOADS.filter(({ name }) =>
    results.measurements.some(({ workload }) => workload === name),
  );
  const glance = glanceOf(results, measured);
  const sections = measured.map((workload) => sectionOf(results, workload));
  const page = `${[headOf(results), '## Summary', glance, ...sections].join('\n\n')}\n`;
  const plots = measured.flatMap(plotsOf);
  const compared = plots.filter((plot) => isFirst(plot) && plot.workload.only === undefined);
  const summary = [summaryHeadOf(results), glance, ...compared.map(imageLink)].join('\n\n');
  const performance = join(folder, 'performance.md');
  const performancePage = existsSync(performance)
    ? withBlock(readFileSync(performance, 'utf8'), summary)
    : undefined;
  mkdirSync(join(folder, 'images'), { recursive: true });
  for (const plot of plots) writeFileSync(join(folder, imageOf(plot)), chartFor(results, plot));
  writeFileSync(join(folder, 'peers.md'), page);
  if (performancePage !== undefined) writeFileSync(performance, performancePage);
  return page;
}

/** Replaces the text between two comments of a hand-written page. */
function withBlock(page: string, block: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0)
    throw new Error(`performance.md needs a line ${BEGIN} and, below it, a line ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${block}\n\n${page.slice(to)}`;
}

const BEGIN = '<!-- Written by `npm run bench -- peers`: edits are lost. -->';
const END = '<!-- Up to here. -->';

/** A column of a workload as a chart. */
interface Plot {
  readonly workload: Workload;
  readonly column: Column;
}

/** The columns that the page shows as charts. */
function plotsOf(workload: Workload): readonly Plot[] {
  const [first] = workload.columns;
  return workload.columns
    .filter((column) => column === first || column.isPlotted)
    .map((column) => ({ workload, column }));
}

const plotTitleOf = ({ workload, column }: Plot): string => `${workload.title}: ${column.title}`;
const isFirst = ({ workload, column }: Plot): boolean => column === workload.columns[0];
const imageOf = (plot: Plot): string =>
  `images/bench-${plot.workload.name}${isFirst(plot) ? '' : `-${plot.column.figure.toLowerCase()}`}.svg`;
const OURS = CONTESTANTS.filter(({ role }) => role === 'ours');
const PEERS = CONTESTANTS.filter(({ role }) => role === 'peer');

const versionsText = ({ versions }: Results): string =>
  `${CONTESTANTS.map(({ name, label }) => `${label} ${versions[name] ?? ''}`).join(', ')}.`;

function headOf(results: Results): string {
  return `# Side by side with others

<!-- Written by \`npm run bench -- peers\`, from peers.json: edits are lost. -->

Figures of GreenVue and other job systems, written by \`npm run bench -- peers\`. [Performance](performance.md) says what they mean.

- **One machine.** In each round the systems run in turn. Each measurement has its own processes and an empty database.
- **Handlers only count**, so this measures the scheduler. 100 handlers may run at a time, unless a system is faster with another number.
- **Settings.** Each peer has the settings that its own documents recommend for the work, or better ones. \`bench/peers/contestants/\` has the sources.
- **Dates.** Each section names the time of its rounds.

## Conditions

- ${measuredText(results, 'a section')}
- ${results.servers.join('.\n- ')}.
- ${versionsText(results)}
- ${valuesText(results)}

Current settings. A section at an earlier commit used the settings of that commit:

${CONTESTANTS.map(({ label, settings }) => `- ${label}: ${settings}.`).join('\n')}`;
}

const summaryHeadOf = (results: Results): string =>
  `${measuredText(results, '[peers.md](peers.md)')} ${results.servers.join('. ')}. ${versionsText(results)}

${valuesText(results)}`;

function measuredText({ startedAt, commit, node, machine }: Results, place: string): string {
  return `Measured from ${startedAt.slice(0, 16)} UTC, at commit ${commit} unless ${place} names another, with Node ${node} on ${machine}.`;
}

function valuesText({ scale }: Results): string {
  const trial =
    scale === 1 ? '' : ` **This is a trial at ${scale} of the full size. Do not draw conclusions from it.**`;
  return `Each value is the median of its rounds, with the minimum and the maximum in brackets. "x GreenVue" says how many times better GreenVue is than the system of that row, or than the best peer: above 1, GreenVue is better. It is the median of the ratios in the rounds that measured both, with minimum and maximum. "~" marks an estimate: no round measured both, so it compares medians that were measured at different hours.${trial}`;
}

const imageLink = (plot: Plot): string => `![${plotTitleOf(plot)}](${imageOf(plot)})`;

/** The summary table: for each workload, GreenVue and the best peer. */
function glanceOf(results: Results, workloads: readonly Workload[]): string {
  const titles = [
    '',
    ...OURS.map(({ label }) => label),
    'the best peer',
    ...OURS.map(({ label }) => `x ${label}`),
  ];
  const rows = workloads
    .filter(({ only }) => only === undefined)
    .map((workload) => tableRow(glanceCells(results, workload)));
  return [tableRow(titles), tableRow(titles.map(() => '---')), ...rows].join('\n');
}

function glanceCells(results: Results, workload: Workload): readonly string[] {
  const [first] = workload.columns;
  const ours = OURS.map((contestant) => summaryOf(results, workload, contestant, first));
  const peers = PEERS.flatMap((contestant) => {
    const value = summaryOf(results, workload, contestant, first);
    return value === undefined ? [] : [{ contestant, value }];
  });
  const [best] = peers.sort((a, b) => timesAsGood(workload, b.value.median, a.value.median) - 1);
  return [
    `${workload.title}: ${first.title}`,
    ...ours.map((value) => (value === undefined ? 'not measured' : summaryText(value, first.unit))),
    best === undefined ? 'no peer can do this' : bestText(best, first),
    ...OURS.map((one) => (best === undefined ? '' : timesText(results, workload, one, best.contestant))),
  ];
}

function bestText(
  { contestant, value }: { readonly contestant: Contestant; readonly value: Summary },
  first: Column,
): string {
  return value.isCapped
    ? `none within ${valueText(value.median, first.unit)}`
    : `${contestant.label}: ${summaryText(value, first.unit)}`;
}

function sectionOf(results: Results, workload: Workload): string {
  const shown = CONTESTANTS.filter(({ name }) => workload.only === undefined || workload.only.includes(name));
  const ratios = workload.only === undefined ? OURS : [];
  const titles = [
    '',
    ...workload.columns.map(({ title }) => title),
    ...(workload.shareOf === undefined
      ? []
      : [`share that the ${requireWorkload(workload.shareOf).title.toLowerCase()} reaches`]),
    ...ratios.map(({ label }) => `x ${label}`),
  ];
  return [
    `## ${workload.title}`,
    `${workload.what} ${roundsText(results, workload)}`,
    ...plotsOf(workload).map(imageLink),
    [
      tableRow(titles),
      tableRow(titles.map(() => '---')),
      ...shown.map((contestant) => tableRow(cellsOf(results, workload, contestant, ratios))),
    ].join('\n'),
    ...notesOf(results, workload, shown),
  ].join('\n\n');
}

/** The number of rounds, which may differ between contestants, and when they ran. */
function roundsText(results: Results, { name }: Workload): string {
  const counts = CONTESTANTS.map(
    (one) =>
      results.measurements.filter(({ workload, contestant }) => workload === name && contestant === one.name)
        .length,
  ).filter((count) => count > 0);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const rounds = least === most ? `${most} round${most === 1 ? '' : 's'}` : `${least} to ${most} rounds`;
  return `${rounds}, ${spanText(results, name)}${commitText(results, name)}.`;
}

/** The times of the first and the last measurement of a workload. */
function spanText({ measurements }: Results, name: string): string {
  const times = measurements
    .flatMap(({ workload, at }) => (workload === name ? [at.slice(0, 16)] : []))
    .sort();
  return `from ${times[0]} to ${times.at(-1)} UTC`;
}

/** The commits of the section, if they differ from the page's commit. */
function commitText({ measurements, commit: ofPage }: Results, name: string): string {
  const of = measurements.filter(({ workload }) => workload === name);
  const commits = [...new Set(of.map(({ commit = ofPage }) => commit))];
  return commits.every((commit) => commit === ofPage)
    ? ''
    : `, at ${new Intl.ListFormat('en').format(commits)}`;
}

const tableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function chartFor(results: Results, plot: Plot): string {
  const { workload, column } = plot;
  const bars = CONTESTANTS.flatMap((contestant) => {
    const value = summaryOf(results, workload, contestant, column);
    return value === undefined
      ? []
      : [{ label: contestant.label, isOurs: contestant.role === 'ours', value }];
  });
  return chartOf(plotTitleOf(plot), column.unit, bars);
}
