namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>The tests that share one node with a collector.</summary>
[CollectionDefinition(Name)]
public sealed class OtlpCollection : ICollectionFixture<OtlpFixture>
{
    public const string Name = "otlp";
}
