using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Sources;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Sources;

/// <summary>A directory of PEM files, and the errors that reading them gave.</summary>
internal sealed class FilesFixture : IDisposable
{
    public FilesFixture()
    {
        ConfigurationReading reading = ConfigurationReader.Read(
            new ConfigurationSources([], null, []), new Surroundings(Directory.Path, new Dictionary<string, string>()));
        Pem = new PemFile(reading, Errors);
    }

    public TemporaryDirectory Directory { get; } = new();

    public List<ConfigurationError> Errors { get; } = [];

    public PemFile Pem { get; }

    /// <summary>The problem of the only error.</summary>
    public string Problem => Assert.Single(Errors).Problem;

    public void Dispose() => Directory.Dispose();
}
