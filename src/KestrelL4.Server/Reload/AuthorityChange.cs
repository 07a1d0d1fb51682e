using KestrelL4.Server.Agent;
using KestrelL4.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Reload;

/// <summary>Has the agent follow another section <c>Authority</c>, other client authorities of the node, or other files that the section names.</summary>
internal sealed partial class AuthorityChange
{
    private readonly Action<AgentSettings> _use;
    private readonly ILogger _logger;
    private AgentSettings _settings;
    private SourceFingerprint _files;

    /// <summary>Remembers what the agent begins with.</summary>
    /// <param name="first">The configuration that it was made for.</param>
    /// <param name="use">Has the agent take another.</param>
    /// <param name="logger">Where it logs.</param>
    public AuthorityChange(ConfigurationInForce first, Action<AgentSettings> use, ILogger<AuthorityChange> logger)
    {
        _use = use;
        _logger = logger;
        _settings = SettingsOf(first.Reading);
        _files = FilesOf(_settings);
    }

    /// <summary>What a configuration that has an authority tells the agent.</summary>
    public static AgentSettings SettingsOf(ConfigurationReading reading) => new(
        reading.Understood.Authority ?? throw new ArgumentException("There is no authority.", nameof(reading)),
        reading.HashOf("Authority"),
        [.. reading.Understood.ClientAuthorities.Keys.Order(StringComparer.OrdinalIgnoreCase)]);

    /// <summary>Has the agent follow what is in force now; it keeps what it has from the authority.</summary>
    public void Follow(ConfigurationInForce inForce)
    {
        AgentSettings settings = SettingsOf(inForce.Reading);
        SourceFingerprint files = FilesOf(settings);
        bool isSameSection = settings.Hash == _settings.Hash;
        if (isSameSection && files.IsSameAs(_files) && settings.ClientAuthorities.SequenceEqual(_settings.ClientAuthorities))
        {
            return;
        }

        _settings = settings;
        _files = files;
        if (!isSameSection)
        {
            Changed(_logger, string.Join(", ", settings.Authority.Urls));
        }

        _use(settings);
    }

    private static SourceFingerprint FilesOf(AgentSettings settings) => SourceFingerprint.OfFiles(settings.Authority.Files());

    [LoggerMessage(1, LogLevel.Information, "Another section Authority is in force, authority at {Urls}")]
    private static partial void Changed(ILogger logger, string urls);
}
