using Microsoft.Extensions.Configuration;

namespace KestrelL4.Server.Telemetry;

/// <summary>Settings of .NET's loggers that can be replaced while the loggers are in use.</summary>
internal sealed class LiveSettings : ConfigurationProvider, IConfigurationSource
{
    /// <summary>Puts other settings in force.</summary>
    public void Use(IConfiguration settings)
    {
        Data = settings.AsEnumerable(makePathsRelative: true)
            .Where(static entry => entry.Value is not null)
            .ToDictionary(static entry => entry.Key, static entry => entry.Value, StringComparer.OrdinalIgnoreCase);
        OnReload();
    }

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
}
