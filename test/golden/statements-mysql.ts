// What MySQL and MariaDB say otherwise than `sql` in `statements`, by the same titles. MariaDB says what MySQL says, where it has no text of its own.
type Text = string | RegExp
interface Own {
  readonly mysql?: Text
  readonly mariadb?: Text
}

export const MYSQL: Readonly<Record<string, Own>> = {
  iLike: { mysql: '`a` LIKE ?' },
  regexp: { mysql: '`a` REGEXP ?' },
  contains: { mysql: /The operator Op\.contains is not available on (?:MySQL|MariaDB)/ },
  'a function name that is none': { mysql: /is not the name of a function/ },
  'cast to a type by name': { mysql: 'CAST(`a` AS CHAR(10))' },
  'cast to a data type': { mysql: /no data type for DataTypes\.CITEXT/ },
  'cast to something else': { mysql: /is not the name of a data type/ },
  'JSON path': { mysql: 'JSON_EXTRACT(`meta`, \'$.a[0]."it\'\'s"."x.y"\') = ?' },
  'JSON path as text': { mysql: "JSON_UNQUOTE(JSON_EXTRACT(`u`.`meta`, '$.a'))" },
  array: { mysql: /An SQL array is not available on (?:MySQL|MariaDB)/ },
  any: { mysql: /Op\.any is not available on (?:MySQL|MariaDB)/ },
  window: { mysql: 'ROW_NUMBER() OVER (PARTITION BY `a` ORDER BY `b` DESC)' },
  'select with every clause': {
    mysql:
      'SELECT DISTINCT `u`.`id`, `u`.`user_name` AS `name` FROM `users` AS `u` LEFT OUTER JOIN `profiles` AS `p` ON `p`.`user_id` = `u`.`id` CROSS JOIN `one` ' +
      'WHERE `u`.`id` > ? GROUP BY `u`.`id` HAVING count(*) > ? ORDER BY `u`.`id` IS NULL DESC, `u`.`id` DESC, 2 LIMIT ? OFFSET ?',
  },
  'offset alone': { mysql: 'SELECT ? AS `n` LIMIT 18446744073709551615 OFFSET ?' },
  lateral: {
    mysql: 'SELECT 1 FROM LATERAL (SELECT 1) AS `d`',
    mariadb: /LATERAL is not available on MariaDB/,
  },
  'a lock': { mariadb: 'SELECT 1 FROM `users` FOR UPDATE SKIP LOCKED' },
  'insert with returning': {
    mysql: /RETURNING is not available on MySQL/,
    mariadb: 'INSERT INTO `users` (`a`, `b`) VALUES (?, NULL) RETURNING `id`',
  },
  'insert of nothing': { mysql: 'INSERT INTO `users` () VALUES ()' },
  'insert of several nothings': { mysql: 'INSERT INTO `users` () VALUES (), ()' },
  'a column that every row leaves to its default': {
    mysql: 'INSERT INTO `users` (`id`, `a`) VALUES (DEFAULT, ?), (DEFAULT, ?)',
  },
  'a column that only some rows leave to their default': { mysql: 'INSERT INTO `users` (`a`) VALUES (DEFAULT), (?)' },
  'ignore conflicts': { mysql: 'INSERT IGNORE INTO `users` (`a`) VALUES (?)' },
  upsert: { mysql: /A condition on the conflict \(conflictWhere\) is not available/ },
  'upsert by any unique key': {
    mysql:
      'INSERT INTO `users` (`a`, `b`) VALUES (?, ?) AS `excluded` ON DUPLICATE KEY UPDATE `b` = `excluded`.`b`, `n` = `users`.`n` + ?',
    mariadb:
      'INSERT INTO `users` (`a`, `b`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `b` = VALUES(`b`), `n` = `users`.`n` + ?',
  },
  update: { mysql: /RETURNING of an UPDATE is not available/ },
  'update of some rows': { mysql: 'UPDATE `users` SET `a` = ? WHERE `b` = ? ORDER BY `id` ASC LIMIT ?' },
  'update of nothing': { mysql: /needs at least one value/ },
  'delete of some rows': {
    mysql: /RETURNING is not available on MySQL/,
    mariadb: 'DELETE FROM `users` LIMIT ? RETURNING `id`',
  },
  'delete of some rows, in order': { mysql: 'DELETE FROM `users` ORDER BY `b` IS NULL, `b` ASC LIMIT ?' },
  'update that asks its own table': {
    mysql:
      'UPDATE `users` SET `a` = (SELECT * FROM (SELECT max(`a`) FROM `users` LIMIT 18446744073709551615) AS `_copy`) WHERE `id` IN (SELECT * FROM (SELECT `id` FROM `users` LIMIT ?) AS `_limited`)',
  },
  'a hint of an index': { mysql: 'SELECT 1 FROM `users` AS `u` USE INDEX (`i`, `j`)' },
  'a limit of time': {
    mysql: 'SELECT /*+ MAX_EXECUTION_TIME(500) */ 1 FROM `users`',
    mariadb: 'SET STATEMENT max_statement_time=0.5 FOR SELECT 1 FROM `users`',
  },
  'a shared lock': {
    mysql: 'SELECT 1 FROM `users` FOR SHARE NOWAIT',
    mariadb: 'SELECT 1 FROM `users` LOCK IN SHARE MODE NOWAIT',
  },
}
