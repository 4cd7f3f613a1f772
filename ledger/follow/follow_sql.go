package follow

import "zhunsheng/sqldb"

const getAt sqldb.SQL = `SELECT at FROM projection WHERE name = $1`

const setAt sqldb.SQL = `INSERT INTO projection (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = excluded.at`
