"""The journal on Kafka: topics, one producer, and two ways of consuming behind one seam."""
