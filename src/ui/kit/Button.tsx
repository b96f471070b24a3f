import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from './Icon';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon?: IconName;
  readonly look?: 'plain' | 'strong' | 'quiet';
  readonly children?: ReactNode;
}

/** A button with words, an icon, or both. Without words it needs an `aria-label`. */
export function Button({ icon, look = 'plain', children, className = '', ...rest }: Props) {
  return (
    <button type="button" className={`button button-${look} ${className}`} {...rest}>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}
