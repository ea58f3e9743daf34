import { Link } from 'wouter';
import classes from './Brand.module.css';

/** The mark is a chevron and two carets, one of them somebody else's. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className={classes.mark}>
      <rect width="32" height="32" rx="8" fill="#0b7a63" />
      <path d="M12.5 10 7 16l5.5 6" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
      <path d="M18 9.5v13" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <path d="M23 9.5v6" stroke="#7fe3c8" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}

export function Brand({ withName = true }: { withName?: boolean }) {
  return (
    <Link href="/" className={classes.brand} aria-label="CodeCrafter, your sessions">
      <Mark />
      {withName && <span>CodeCrafter</span>}
    </Link>
  );
}
