import { z } from 'zod';

export const figuresSchema = z.record(z.string(), z.number());
export type Figures = Readonly<Record<string, number>>;

export function requireFigure(figures: Figures, name: string): number {
  const value = figures[name];
  if (value === undefined) throw new Error(`there is no figure ${name} in ${JSON.stringify(figures)}`);
  return value;
}
