/**
 * Corrects a language of the browser that is no valid tag, such as Chromium's `en-US@posix` where LANG is
 * C.UTF-8: uPlot formats numbers in it, and throws while it loads.
 */
export function correctLanguage(browser: Navigator): void {
  try {
    Intl.getCanonicalLocales(browser.language);
  } catch {
    Object.defineProperty(browser, 'language', { value: 'en-GB' });
  }
}
