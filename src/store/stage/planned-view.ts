import { plannedColumns } from './planned-rows.ts';
import { numberSql } from './stage-names.ts';

/** The plan with its jobs, rows and paths, in its order. */
export const plannedSql = `SELECT seq, staged.num AS num, id, model, input, rep, name,
  CASE WHEN EXISTS (SELECT 1 FROM joined WHERE joined.num = staged.num) THEN (
    SELECT json_group_array(place ORDER BY later, nth) FROM (
      SELECT value AS place, 0 AS later, key AS nth FROM json_each(staged.rows)
      UNION ALL SELECT place, 1, nth FROM joined WHERE joined.num = staged.num
    )) ELSE rows END AS rows,
  tags, axes, parent, names,
  coalesce((SELECT path_template FROM settled WHERE settled.num = staged.num), CASE WHEN name_key IS NULL
    THEN path_template ELSE replace(path_template, '{n}', ${numberSql}) END) AS path_template,
  coalesce((SELECT path_key FROM settled WHERE settled.num = staged.num), path_key,
    replace(name_key, '{n}', ${numberSql})) AS path_key,
  CASE WHEN EXISTS (SELECT 1 FROM joined WHERE joined.num = staged.num AND joined.tags IS NOT NULL) THEN (
    SELECT json_group_array(json_object('row', joined.place, 'id', joined.name, 'tags', json(joined.tags))
      ORDER BY joined.nth)
    FROM joined WHERE joined.num = staged.num AND joined.tags IS NOT NULL) END AS also
FROM chosen CROSS JOIN staged ON staged.num = chosen.num`;

/** The same where no job has joined rows and all paths hold the ids of their jobs, so that nothing is to be looked up. */
export const plainlyPlannedSql = `SELECT seq, staged.num AS num, ${plannedColumns}, NULL AS also
FROM chosen CROSS JOIN staged ON staged.num = chosen.num`;
