import { createContext, type ReactNode } from 'react';
import { useRequired } from '../required-context.ts';
import type { ConsoleConfig } from './console-config.ts';

const ConfigContext = createContext<ConsoleConfig | undefined>(undefined);

interface ConfigProviderProps {
  readonly config: ConsoleConfig;
  readonly children: ReactNode;
}

export function ConfigProvider({ config, children }: ConfigProviderProps) {
  return <ConfigContext value={config}>{children}</ConfigContext>;
}

/** The settings that the server wrote into the page. */
export function useConfig(): ConsoleConfig {
  return useRequired(ConfigContext, 'ConfigProvider');
}

/** Whether the API is GreenVue's, with its accounts, sessions, passwords and its description at `/docs`. */
export function useHasAccounts(): boolean {
  return useConfig().auth === 'password';
}
