import { Button } from '../kit/Button';
import { useLab } from '../store/lab';
import { themes } from '../store/state';

/** Goes through system, light and dark. */
export function ThemeButton() {
  const theme = useLab((state) => state.theme);
  const setTheme = useLab((state) => state.setTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  return (
    <Button icon="sun" aria-label={`Theme: ${theme}. Change to ${next}.`} onClick={() => setTheme(next)}>
      <span className="wide-only">{theme}</span>
    </Button>
  );
}
