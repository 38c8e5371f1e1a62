import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useZone, type Zone } from '../clock/zone.tsx';
import classes from './plot.module.css';

/** What the drawing depends on. */
export interface PlotContext {
  readonly width: number;
  readonly zone: Zone;
  /**
   * A colour as the canvas takes it: what a CSS value such as `var(--line)` stands for in the scheme of now.
   */
  readonly colour: (css: string) => string;
}

interface PlotProps {
  /** Says how it is drawn; of one and the same identity as long as that does not change. */
  readonly options: (context: PlotContext) => uPlot.Options;
  readonly data: uPlot.AlignedData;
  readonly height: number;
}

/** A chart as wide as its place. It is hidden from screen readers: beside it stands a table, or words. */
export function Plot({ options, data, height }: PlotProps) {
  const { ref: frame, width } = useElementSize<HTMLDivElement>();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(data);
  const scheme = useComputedColorScheme();
  const { zone } = useZone();
  useEffect(() => {
    const element = host.current;
    // Another scheme means other colours, so that all is drawn anew.
    if (element === null || width === 0 || scheme === undefined) return undefined;
    const context = { width, zone, colour: (css: string) => colourIn(element, css) };
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

/** The canvas knows no CSS variables: an element does. */
function colourIn(element: HTMLElement, css: string): string {
  element.style.color = css;
  const colour = getComputedStyle(element).color;
  element.style.color = '';
  return colour;
}
