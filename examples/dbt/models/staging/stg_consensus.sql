SELECT project_hash, data_hash, consensus_state, disagreement
FROM {{ source('encord', 'consensus_unit') }}
