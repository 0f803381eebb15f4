//! The queues between the functions, and their dead letters.

use aws_sdk_sqs::types::QueueAttributeName;

use crate::installation::Installation;

/// A message that fails comes again after so many seconds, where AWS is told to wait for minutes.
const RETRY_SECONDS: &str = "2";

impl Installation {
    async fn queue(&self, name: &str) -> String {
        let url = self.sqs.get_queue_url().queue_name(format!("masa-masa-{name}")).send().await;
        url.expect("a queue").queue_url.expect("an address")
    }

    /// A queue that hears what is told on the installation's event bus.
    pub async fn listen_to_the_bus(&self, queue: &str) {
        self.sqs.create_queue().queue_name(format!("masa-masa-{queue}")).send().await.expect("a queue");
        let get = self.sqs.get_queue_attributes().queue_url(self.queue(queue).await);
        let told =
            get.attribute_names(QueueAttributeName::QueueArn).send().await.expect("a queue").attributes;
        let arn = told.and_then(|mut told| told.remove(&QueueAttributeName::QueueArn)).expect("a name");
        let rule = self.events.put_rule().name("parity").event_bus_name("masa-masa");
        let pattern = r#"{"source": ["masa"], "detail-type": ["lead.captured"]}"#;
        rule.event_pattern(pattern).send().await.expect("a rule");
        let target =
            aws_sdk_eventbridge::types::Target::builder().id("1").arn(arn).build().expect("a target");
        let put = self.events.put_targets().rule("parity").event_bus_name("masa-masa").targets(target);
        put.send().await.expect("a target");
    }

    /// Takes what a queue holds.
    pub async fn heard(&self, queue: &str) -> Vec<serde_json::Value> {
        let receive = self.sqs.receive_message().queue_url(self.queue(queue).await).wait_time_seconds(0);
        let received = receive.send().await.expect("messages");
        let bodies = received.messages().iter().filter_map(|message| message.body());
        bodies.filter_map(|body| serde_json::from_str(body).ok()).collect()
    }

    pub async fn retry_soon(&self, queue: &str) {
        let set = self.sqs.set_queue_attributes().queue_url(self.queue(queue).await);
        set.attributes(QueueAttributeName::VisibilityTimeout, RETRY_SECONDS).send().await.expect("a time");
    }

    /// Whether a queue's messages reach its function.
    pub async fn set_polled(&self, queue: &str, polled: bool) {
        let get = self.sqs.get_queue_attributes().queue_url(self.queue(queue).await);
        let told =
            get.attribute_names(QueueAttributeName::QueueArn).send().await.expect("a queue").attributes;
        let arn = told.and_then(|mut told| told.remove(&QueueAttributeName::QueueArn)).expect("a name");
        let listed = self.lambda.list_event_source_mappings().event_source_arn(arn).send().await;
        for mapping in listed.expect("the mappings").event_source_mappings() {
            let update = self.lambda.update_event_source_mapping().set_uuid(mapping.uuid.clone());
            update.enabled(polled).send().await.expect("a mapping");
        }
    }

    pub async fn send(&self, queue: &str, body: &str) {
        let send = self.sqs.send_message().queue_url(self.queue(queue).await);
        send.message_body(body).send().await.expect("a message");
    }

    /// How many messages a queue holds, seen and unseen.
    pub async fn waiting(&self, queue: &str) -> u32 {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let get = self.sqs.get_queue_attributes().queue_url(self.queue(queue).await);
        let told = get.set_attribute_names(Some(counts.to_vec())).send().await.expect("a queue");
        let told = told.attributes().expect("counts");
        counts.iter().map(|count| told[count].parse::<u32>().expect("a number")).sum()
    }

    /// Takes the dead letters of a queue, by what stands in them.
    pub async fn dead_letters(&self, queue: &str) -> Vec<String> {
        let url = self.queue(&format!("{queue}-dead")).await;
        let mut bodies = Vec::new();
        loop {
            let receive = self.sqs.receive_message().queue_url(&url).max_number_of_messages(10);
            let received = receive.wait_time_seconds(0).send().await.expect("the dead letters");
            if received.messages().is_empty() {
                return bodies;
            }
            for message in received.messages() {
                bodies.push(message.body().unwrap_or_default().to_owned());
                let delete = self.sqs.delete_message().queue_url(&url);
                let delete = delete.set_receipt_handle(message.receipt_handle.clone());
                delete.send().await.expect("a deletion");
            }
        }
    }
}
