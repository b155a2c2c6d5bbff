#!/bin/sh
# Sets the rights of README.md. Usage: acls.sh BOOTSTRAP [CLIENT_PROPERTIES]; needs Kafka's own tools on the PATH.
set -eu
bootstrap=${1:?usage: acls.sh BOOTSTRAP [CLIENT_PROPERTIES]}
config=${2:+--command-config $2}

allow() { # principal, then the arguments that say what
  principal=$1
  shift
  # shellcheck disable=SC2086 # the option and its value are two words
  kafka-acls.sh --bootstrap-server "$bootstrap" $config --add --allow-principal "User:$principal" "$@"
}

for service in intake routing sla partner-escalation; do
  allow "$service" --operation Write --operation Read --operation Describe --operation DescribeConfigs --topic complaints.journal
  allow "$service" --operation Read --operation Describe --group "gehoor.$service" --resource-pattern-type prefixed
  allow "$service" --operation IdempotentWrite --cluster
done
allow intake --operation Read --operation Describe --operation Delete --topic complaints.inbound
