//! `system`: the system whose documented defaults stand in for what a preset does not say.

use schemars::JsonSchema;
use serde::Deserialize;

/// A system with a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Amazon's Dynamo, as its paper of 2007 describes it.
    Dynamo,
    /// Apache Cassandra.
    Cassandra,
    /// Amazon DynamoDB, a table in one region.
    Dynamodb,
    /// Amazon DynamoDB global tables: a table in several regions.
    DynamodbGlobal,
    /// Redis with replicas and Sentinel.
    Redis,
    /// Riak KV, with a bucket type of one's own.
    Riak,
    /// A MongoDB replica set.
    Mongodb,
    /// Azure Cosmos DB.
    Cosmos,
}
