import type { Dashboard, FieldConfig, Panel, RowPanel, VariableModel } from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  Options as LineOptions,
  FieldConfig as LineStyle,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

// A dashboard in Grafana's own types, which use enums: in JSON they are strings and numbers.

export type GrafanaDashboard = InJson<Omit<Dashboard, 'panels' | 'templating'>> & {
  readonly templating: { readonly list: readonly InJson<Variable>[] };
};
export type GrafanaPanels = {
  readonly row: InJson<RowPanel>;
  readonly stat: InJson<Chart<StatOptions, never>>;
  readonly timeseries: InJson<Chart<LineOptions, LineStyle>>;
};

/** Grafana's list of variables needs the definition, which its types lack. */
type Variable = VariableModel & { definition?: string };

type Chart<Options, Style> = Omit<Panel, 'options' | 'fieldConfig'> & {
  options: Options;
  fieldConfig: { defaults: Omit<FieldConfig, 'custom'> & { custom?: Style }; overrides: unknown[] };
};

type InJson<T> = unknown extends T
  ? T
  : T extends string
    ? `${T}`
    : T extends number
      ? number extends T
        ? T
        : `${T}` extends `${infer N extends number}`
          ? N
          : never
      : T extends readonly (infer Item)[]
        ? InJson<Item>[]
        : T extends object
          ? { [Name in keyof T]: InJson<T[Name]> }
          : T;
