using KestrelL4.Server.Configuration;
using KestrelL4.Server.Sources;

namespace KestrelL4.Server.Reload;

/// <summary>What was read to be put in force.</summary>
/// <param name="Reading">The configuration; the one in force where the newer one is invalid.</param>
/// <param name="Files">What its files hold; null = some cannot be used and there is nothing to fall back to.</param>
/// <param name="Refused">What was found and is no part of it: an invalid configuration, a broken file.</param>
/// <param name="Seen">What the sources held before they were read.</param>
internal sealed record Candidate(
    ConfigurationReading Reading, NodeFiles? Files, IReadOnlyList<ConfigurationError> Refused, SourceFingerprint Seen)
{
    private const string StateDirectoryKey = "KestrelL4:StateDirectory";

    /// <summary>Reads everything anew.</summary>
    /// <remarks>
    /// An invalid configuration does not keep a renewed certificate from being used, nor a broken certificate a withdrawn grant
    /// from being withdrawn: each falls back by itself to what was good before.
    /// </remarks>
    /// <param name="sources">Where the configuration is.</param>
    /// <param name="inForce">What to fall back to; null = nothing yet.</param>
    /// <param name="time">The clock of validity.</param>
    public static async Task<Candidate> ReadAsync(ConfigurationSources sources, ConfigurationInForce? inForce, TimeProvider time)
    {
        SourceFingerprint seen = SourceFingerprint.Of(sources);
        ConfigurationReading reading = ConfigurationReader.Read(sources);
        List<ConfigurationError> refused = [.. reading.Unreadable, .. reading.Errors, .. Unchangeable(inForce?.Reading, reading)];
        seen = seen.With(reading.Understood);

        // At the start all errors are told at once, those of the files too.
        NodeFiles? files = refused.Count == 0 || inForce is null
            ? await NodeFiles.LoadAsync(reading, inForce?.Files, refused, time).ConfigureAwait(false)
            : null;
        if (files is null && inForce is not null)
        {
            reading = inForce.Reading;
            seen = seen.With(inForce.Configuration);
            files = await NodeFiles.LoadAsync(reading, inForce.Files, refused, time).ConfigureAwait(false) ?? inForce.Files;
        }

        return new Candidate(reading, files, [.. refused.Distinct()], seen);
    }

    private static IEnumerable<ConfigurationError> Unchangeable(ConfigurationReading? inForce, ConfigurationReading reading)
    {
        if (inForce is not null && inForce.Understood.StateDirectory != reading.Understood.StateDirectory)
        {
            yield return new ConfigurationError(
                StateDirectoryKey, reading.SourceOf(StateDirectoryKey), "cannot change while the node runs", "restart the node, or write the former one");
        }
    }
}
