import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useZone, type Zone } from '../clock/zone.tsx';
import classes from './plot.module.css';

/** The values that a drawing depends on. */
export interface PlotContext {
  readonly width: number;
  readonly zone: Zone;
  /** Resolves a CSS color such as `var(--line)` in the current color scheme, for the canvas. */
  readonly color: (css: string) => string;
}

interface PlotProps {
  /** Builds the chart's options. Keep its identity stable: a new function draws the chart again. */
  readonly options: (context: PlotContext) => uPlot.Options;
  readonly data: uPlot.AlignedData;
  readonly height: number;
}

/**
 * A chart as wide as its container. Screen readers skip it: a table or a text beside it gives the same data.
 */
export function Plot({ options, data, height }: PlotProps) {
  const { ref: frame, width } = useElementSize<HTMLDivElement>();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(data);
  const scheme = useComputedColorScheme();
  const { zone } = useZone();
  useEffect(() => {
    const element = host.current;
    // Another color scheme changes all colors, so the chart is created again.
    if (element === null || width === 0 || scheme === undefined) return undefined;
    const context = { width, zone, color: (css: string) => colorIn(element, css) };
    const made = new uPlot(options(context), latest.current, element);
    chart.current = made;
    return () => {
      chart.current = undefined;
      made.destroy();
    };
  }, [options, width, zone, scheme]);
  useEffect(() => {
    latest.current = data;
    chart.current?.setData(data);
  }, [data]);
  return (
    <div ref={frame} className={classes.frame} style={{ height }}>
      <div ref={host} aria-hidden="true" />
    </div>
  );
}

/** A canvas does not know CSS variables, but an element does. */
function colorIn(element: HTMLElement, css: string): string {
  element.style.color = css;
  const color = getComputedStyle(element).color;
  element.style.color = '';
  return color;
}
