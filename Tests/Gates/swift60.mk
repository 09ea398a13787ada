.PHONY: swift-6.0
swift-6.0: ## build with Swift 6.0 and reproduce every golden (Debian, root; else skipped by name)
	sh Tests/Gates/swift60.sh $(or $(SWIFT60),.build/swift-6.0)
