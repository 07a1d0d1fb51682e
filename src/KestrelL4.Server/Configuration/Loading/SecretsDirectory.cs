using KestrelL4.Server.Runtime;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;

namespace KestrelL4.Server.Configuration.Loading;

/// <summary>A directory with one file a key, such as <c>KestrelL4__Identity__Key</c>, as secret stores mount it.</summary>
internal static class SecretsDirectory
{
    /// <summary>Reads the files named after the node's keys; all others are left alone.</summary>
    /// <exception cref="IOException">The directory does not exist, or a file in it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory or a file in it may not be read.</exception>
    /// <exception cref="FormatException">Two files name one key.</exception>
    public static IReadOnlyDictionary<string, string?> Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"there is no directory '{directory}'");
        }

        // Opening a pipe would wait for its writer, and hold up everything else.
        if (Directory.EnumerateFiles(directory).FirstOrDefault(static file => IsOurs(Path.GetFileName(file)) && FileFacts.Of(file) is { IsRegular: false })
            is { } pipe)
        {
            throw new IOException($"'{pipe}' is no regular file");
        }

        using var files = new PhysicalFileProvider(directory);
        using var provider = new Provider(new KeyPerFileConfigurationSource
        {
            FileProvider = files,
            Optional = false,
            IgnoreCondition = static name => !IsOurs(name),
        });
        try
        {
            provider.Load();
        }
        catch (ArgumentException exception)
        {
            throw new FormatException("holds two files whose names differ in case only", exception);
        }

        return provider.Entries;
    }

    private static bool IsOurs(string file) => SectionKeys.IsOurs(SectionKeys.FromUnderlines(file));

    private sealed class Provider(KeyPerFileConfigurationSource source) : KeyPerFileConfigurationProvider(source)
    {
        public IReadOnlyDictionary<string, string?> Entries => Data.AsReadOnly();
    }
}
