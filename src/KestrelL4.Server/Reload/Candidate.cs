using KestrelL4.Server.Configuration;
using KestrelL4.Server.Sources;

namespace KestrelL4.Server.Reload;

/// <summary>What was read to be put in force.</summary>
/// <remarks>
/// An invalid configuration does not keep a renewed certificate from being used, nor a broken certificate a withdrawn grant
/// from being withdrawn: each falls back by itself to what was good before.
/// </remarks>
/// <param name="Reading">The configuration; the one in force where the newer one is refused.</param>
/// <param name="Files">What its files hold; null = some cannot be used and there is nothing to fall back to.</param>
/// <param name="Refused">What was found and is no part of it: an invalid configuration, a broken file.</param>
/// <param name="Seen">What the sources held before they were read.</param>
internal sealed record Candidate(
    ConfigurationReading Reading, NodeFiles? Files, IReadOnlyList<ConfigurationError> Refused, SourceFingerprint Seen)
{
    private const string StateDirectoryKey = "KestrelL4:StateDirectory";
    private const string AuthorityKey = "KestrelL4:Authority";

    /// <summary>Reads everything for the first time, and finds all errors of it.</summary>
    public static async Task<Candidate> ReadAsync(ConfigurationSources sources, TimeProvider time)
    {
        SourceFingerprint seen = SourceFingerprint.Of(sources);
        ConfigurationReading reading = ConfigurationReader.Read(sources);
        List<ConfigurationError> refused = [.. reading.Unreadable, .. reading.Errors];
        seen = seen.With(reading.Understood);
        NodeFiles? files = await NodeFiles.LoadAsync(reading, null, refused, time).ConfigureAwait(false);
        return new Candidate(reading, files, refused, seen.Settled());
    }

    /// <summary>Reads everything anew.</summary>
    /// <param name="sources">Where the configuration is.</param>
    /// <param name="inForce">What to fall back to.</param>
    /// <param name="time">The clock of validity.</param>
    public static async Task<Candidate> ReadAsync(ConfigurationSources sources, ConfigurationInForce inForce, TimeProvider time)
    {
        SourceFingerprint seen = SourceFingerprint.Of(sources);
        ConfigurationReading reading = ConfigurationReader.Read(sources);
        List<ConfigurationError> refused = [.. reading.Unreadable, .. reading.Errors, .. Unchangeable(inForce.Reading, reading)];
        seen = seen.With(reading.Understood);
        NodeFiles? files = refused.Count == 0 ? await NodeFiles.LoadAsync(reading, inForce.Files, refused, time).ConfigureAwait(false) : null;
        Candidate candidate = new(reading, files, refused, seen.Settled());
        return files is null ? await candidate.WithoutConfigurationAsync(inForce, time).ConfigureAwait(false) : candidate;
    }

    /// <summary>The files alone, as the configuration in force names them.</summary>
    public async Task<Candidate> WithoutConfigurationAsync(ConfigurationInForce inForce, TimeProvider time)
    {
        SourceFingerprint seen = Seen.With(inForce.Configuration);
        List<ConfigurationError> refused = [.. Refused];
        NodeFiles? files = await NodeFiles.LoadAsync(inForce.Reading, inForce.Files, refused, time).ConfigureAwait(false);
        return new Candidate(inForce.Reading, files ?? inForce.Files, [.. refused.Distinct()], seen.Settled());
    }

    private static IEnumerable<ConfigurationError> Unchangeable(ConfigurationReading inForce, ConfigurationReading reading)
    {
        if (inForce.Understood.StateDirectory != reading.Understood.StateDirectory)
        {
            yield return new ConfigurationError(
                StateDirectoryKey,
                reading.SourceOf(StateDirectoryKey),
                "cannot change while the node runs",
                "restart the node, or write the former one");
        }

        // Another authority is taken up while the node runs; to have one or none is another way to live.
        if (inForce.Understood.Authority is null != reading.Understood.Authority is null)
        {
            bool isNew = inForce.Understood.Authority is null;
            yield return new ConfigurationError(
                AuthorityKey,
                reading.SourceOf(AuthorityKey),
                isNew ? "cannot be added while the node runs" : "cannot be removed while the node runs",
                isNew ? "restart the node, or remove it" : "restart the node, or write it again");
        }
    }
}
