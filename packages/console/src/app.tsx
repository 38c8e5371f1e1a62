import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { ResetGate } from './account/reset-gate.tsx';
import { Notices } from './actions/notices.tsx';
import { DataProvider } from './data/data-provider.tsx';
import { KeysProvider } from './keyboard/keys-provider.tsx';
import { LiveProvider } from './live/live.tsx';
import { NotFoundPage } from './page/not-found-page.tsx';
import { SessionProvider } from './session/session.tsx';
import { BrokenConsole } from './shell/broken-console.tsx';
import { useRawLocation, useRawSearch } from './shell/raw-location.ts';
import { Shell } from './shell/shell.tsx';
import { SessionGate } from './sign-in/session-gate.tsx';
import { cssVariables, theme } from './theme.ts';
import { NowProvider } from './ui/clock/now.tsx';
import { ZoneProvider } from './ui/clock/zone.tsx';
import { ConfigProvider, useConfig, useHasAccounts } from './ui/config/config.tsx';
import type { ConsoleConfig } from './ui/config/console-config.ts';
import { Boundary } from './ui/feedback/boundary.tsx';
import { Loading } from './ui/feedback/states.tsx';

const OverviewPage = lazy(async () => ({
  default: (await import('./overview/overview-page.tsx')).OverviewPage,
}));
const JobsPage = lazy(async () => ({ default: (await import('./jobs/jobs-page.tsx')).JobsPage }));
const NewJobPage = lazy(async () => ({ default: (await import('./job-form/new-job-page.tsx')).NewJobPage }));
const EditJobPage = lazy(async () => ({
  default: (await import('./job-form/edit/edit-job-page.tsx')).EditJobPage,
}));
const JobPage = lazy(async () => ({ default: (await import('./job/job-page.tsx')).JobPage }));
const ActivityPage = lazy(async () => ({
  default: (await import('./activity/activity-page.tsx')).ActivityPage,
}));
const CalendarsPage = lazy(async () => ({
  default: (await import('./calendars/calendars-page.tsx')).CalendarsPage,
}));
const ChannelsPage = lazy(async () => ({
  default: (await import('./channels/channels-page.tsx')).ChannelsPage,
}));
const SecretsPage = lazy(async () => ({ default: (await import('./secrets/secrets-page.tsx')).SecretsPage }));
const NodesPage = lazy(async () => ({ default: (await import('./nodes/nodes-page.tsx')).NodesPage }));
const JobTypesPage = lazy(async () => ({
  default: (await import('./job-types/job-types-page.tsx')).JobTypesPage,
}));
const JobTypePage = lazy(async () => ({
  default: (await import('./job-types/job-type-page.tsx')).JobTypePage,
}));
const RunsPage = lazy(async () => ({ default: (await import('./runs/runs-page.tsx')).RunsPage }));
const FailuresPage = lazy(async () => ({
  default: (await import('./failures/failures-page.tsx')).FailuresPage,
}));
const WhatRanPage = lazy(async () => ({
  default: (await import('./timeline/what-ran/what-ran-page.tsx')).WhatRanPage,
}));
const WhatComesPage = lazy(async () => ({
  default: (await import('./timeline/what-comes/what-comes-page.tsx')).WhatComesPage,
}));
const ComparePage = lazy(async () => ({ default: (await import('./compare/compare-page.tsx')).ComparePage }));
const AccountPage = lazy(async () => ({ default: (await import('./account/account-page.tsx')).AccountPage }));
const UsersPage = lazy(async () => ({ default: (await import('./users/users-page.tsx')).UsersPage }));
const TokensPage = lazy(async () => ({ default: (await import('./tokens/tokens-page.tsx')).TokensPage }));
const RunPage = lazy(async () => ({ default: (await import('./run/run-page.tsx')).RunPage }));

// The same key as in public/scheme.js, which sets the scheme before the first paint.
const schemeManager = localStorageColorSchemeManager({ key: 'greenvue-console-scheme' });

export function App({ config }: { readonly config: ConsoleConfig }) {
  return (
    <ConfigProvider config={config}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={schemeManager}
        defaultColorScheme="auto"
        getStyleNonce={styleNonce}
      >
        <Boundary fallback={(error) => <BrokenConsole error={error} />}>
          <NowProvider>
            <ZoneProvider>
              <SessionProvider>
                <ResetGate>
                  <SessionGate>
                    <SignedIn />
                  </SessionGate>
                </ResetGate>
              </SessionProvider>
            </ZoneProvider>
          </NowProvider>
        </Boundary>
      </MantineProvider>
    </ConfigProvider>
  );
}

function SignedIn() {
  const { base } = useConfig();
  return (
    <DataProvider>
      <Notices />
      <LiveProvider>
        <KeysProvider>
          <Router base={base} hook={useRawLocation} searchHook={useRawSearch}>
            <Shell>
              <Pages />
            </Shell>
          </Router>
        </KeysProvider>
      </LiveProvider>
    </DataProvider>
  );
}

function Pages() {
  const hasAccounts = useHasAccounts();
  return (
    <Suspense fallback={<Loading rows={8} />}>
      <Switch>
        <Route path="/" component={OverviewPage} />
        <Route path="/jobs" component={JobsPage} />
        <Route path="/jobs/new" component={NewJobPage} />
        <Route path="/jobs/:id" component={JobPage} />
        <Route path="/jobs/:id/edit" component={EditJobPage} />
        <Route path="/runs" component={RunsPage} />
        <Route path="/runs/:id" component={RunPage} />
        <Route path="/compare" component={ComparePage} />
        <Route path="/failures" component={FailuresPage} />

        <Route path="/timeline">
          <Redirect to="/timeline/what-ran" replace />
        </Route>
        <Route path="/timeline/what-ran" component={WhatRanPage} />
        <Route path="/timeline/what-comes" component={WhatComesPage} />
        <Route path="/activity" component={ActivityPage} />
        <Route path="/nodes" component={NodesPage} />
        <Route path="/job-types" component={JobTypesPage} />
        <Route path="/job-types/:id" component={JobTypePage} />
        <Route path="/calendars" component={CalendarsPage} />
        <Route path="/channels" component={ChannelsPage} />
        <Route path="/secrets" component={SecretsPage} />
        {hasAccounts ? <Route path="/account" component={AccountPage} /> : null}
        {hasAccounts ? <Route path="/users" component={UsersPage} /> : null}
        {hasAccounts ? <Route path="/tokens" component={TokensPage} /> : null}
        <Route component={NotFoundPage} />
      </Switch>
    </Suspense>
  );
}

/** The CSP allows only styles with the nonce that the server put into the page. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
