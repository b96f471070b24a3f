import { useEffect } from 'react';
import { useLab } from '../store/lab';
import { type Theme, themes } from '../store/state';

const key = 'iommuscope.theme';

/** Applies the theme and remembers it; `system` follows the system. */
export function useTheme(): void {
  const theme = useLab((state) => state.theme);
  const setTheme = useLab((state) => state.setTheme);
  useEffect(() => {
    const kept = themes.find((name) => name === localStorage.getItem(key));
    if (kept !== undefined) setTheme(kept);
  }, [setTheme]);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = (): void => {
      document.documentElement.dataset['theme'] = effective(theme, dark.matches);
    };
    apply();
    if (theme !== 'system') localStorage.setItem(key, theme);
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [theme]);
}

function effective(theme: Theme, isDark: boolean): 'light' | 'dark' {
  if (theme === 'system') return isDark ? 'dark' : 'light';
  return theme;
}
