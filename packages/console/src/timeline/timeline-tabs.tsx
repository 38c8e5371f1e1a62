import { Link, useLocation } from 'wouter';
import classes from './tabs.module.css';

const TABS = [
  { href: '/timeline/what-ran', label: 'What ran' },
  { href: '/timeline/what-comes', label: 'What comes' },
] as const;

/** Links between the pages of the group "Timeline". */
export function TimelineTabs() {
  const [path] = useLocation();
  return (
    <nav className={classes.tabs} aria-label="Timeline">
      {TABS.map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          className={classes.tab}
          aria-current={path === href ? 'page' : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
