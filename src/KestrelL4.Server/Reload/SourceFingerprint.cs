using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Runtime;
using KestrelL4.Server.Sources;

namespace KestrelL4.Server.Reload;

/// <summary>What the files and directories that the node follows hold at one moment, told by content, and whether everybody may read it.</summary>
/// <remarks>Times and numbers of files do not matter: a link swapped behind a mounted volume changes neither as expected.</remarks>
internal sealed class SourceFingerprint
{
    private const string Missing = "missing";
    private const string Unsettled = "changed while it was read";

    // No source may be larger, so whatever lies behind is refused all the same; a look at it shall not take minutes.
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly byte[] NoFile = "no regular file"u8.ToArray();

    private readonly ImmutableDictionary<string, string> _digests;

    private SourceFingerprint(ImmutableDictionary<string, string> digests) => _digests = digests;

    /// <summary>Looks at the configuration's own files and its directory of secrets.</summary>
    public static SourceFingerprint Of(ConfigurationSources sources)
    {
        string here = sources.Surroundings.WorkingDirectory;
        SourceFingerprint none = new(ImmutableDictionary<string, string>.Empty);
        IEnumerable<string> files = LoadedSources.FilesWatched(sources).Select(file => Path.GetFullPath(file, here));
        return none.With(sources.SecretsDirectory is { } secrets ? files.Append(Path.GetFullPath(secrets, here)) : files);
    }

    /// <summary>Looks at some files.</summary>
    /// <param name="files">Absolute paths.</param>
    public static SourceFingerprint OfFiles(IEnumerable<string> files) =>
        new SourceFingerprint(ImmutableDictionary<string, string>.Empty).With(files);

    /// <summary>Looks also at the files that a configuration names.</summary>
    public SourceFingerprint With(NodeConfiguration configuration) => With(configuration.Files());

    /// <summary>Looks at the same places again.</summary>
    public SourceFingerprint Again() => new(_digests.ToImmutableDictionary(static entry => entry.Key, static entry => DigestOf(entry.Key)));

    /// <summary>Marks the places that hold something else by now, so that whoever looks again takes them for changed, come what may.</summary>
    public SourceFingerprint Settled()
    {
        SourceFingerprint now = Again();
        return new(_digests.SetItems(now.ChangesSince(this).Select(static path => KeyValuePair.Create(path, Unsettled))));
    }

    /// <summary>The places, of those looked at both times, that hold something else now.</summary>
    public IEnumerable<string> ChangesSince(SourceFingerprint before) =>
        _digests.Where(entry => before._digests.TryGetValue(entry.Key, out string? digest) && digest != entry.Value)
            .Select(static entry => entry.Key).Order(StringComparer.Ordinal);

    /// <summary>Whether the same places hold the same.</summary>
    public bool IsSameAs(SourceFingerprint other) =>
        _digests.Count == other._digests.Count && _digests.All(entry => other._digests.GetValueOrDefault(entry.Key) == entry.Value);

    private SourceFingerprint With(IEnumerable<string> paths) => new(_digests.SetItems(
        paths.Where(path => path.Length > 0 && !_digests.ContainsKey(path))
            .Distinct()
            .Select(static path => KeyValuePair.Create(path, DigestOf(path)))));

    private static string DigestOf(string path)
    {
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            if (Directory.Exists(path))
            {
                foreach (string file in Directory.EnumerateFiles(path).Order(StringComparer.Ordinal))
                {
                    hash.AppendData(Encoding.UTF8.GetBytes(file));
                    Append(hash, file);
                }
            }
            else if (!File.Exists(path))
            {
                return Missing;
            }
            else
            {
                Append(hash, path);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.GetType().Name;
        }
    }

    private static void Append(IncrementalHash hash, string path)
    {
        // Looking into a pipe would take from it, and might wait for ever.
        if (FileFacts.Of(path) is { IsRegular: false })
        {
            hash.AppendData(NoFile);
            return;
        }

        // A private key that everybody may read is refused, and to take that away is its mending.
        hash.AppendData([(byte)(File.GetUnixFileMode(path) & PemFile.World)]);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        byte[] piece = new byte[16 * 1024];
        long left = MostBytes;
        for (int read = file.Read(piece); read > 0 && left > 0; read = file.Read(piece))
        {
            hash.AppendData(piece.AsSpan(0, read));
            left -= read;
        }

        if (left <= 0)
        {
            hash.AppendData(BitConverter.GetBytes(file.Length));
        }
    }
}
