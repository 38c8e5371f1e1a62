import type { ChoosableColumn, Look } from './look.ts';
import { LookButton } from './look-button.tsx';
import type { ListName } from './saved-views.ts';
import classes from './views.module.css';
import { ViewsButton } from './views-button.tsx';

interface ListToolsProps {
  readonly list: ListName;
  /** The query of the filters and the order, without the look. */
  readonly query: string;
  readonly columns: readonly ChoosableColumn[];
  readonly look: Look;
  readonly onLook: (look: Look) => void;
}

/** The views of a list, its columns and the height of its rows. */
export function ListTools({ list, query, columns, look, onLook }: ListToolsProps) {
  return (
    <div className={classes.tools}>
      <ViewsButton list={list} query={query} look={look} />
      <LookButton columns={columns} look={look} onChange={onLook} />
    </div>
  );
}
