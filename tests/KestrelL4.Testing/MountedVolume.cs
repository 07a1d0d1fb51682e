using System.Runtime.InteropServices;

namespace KestrelL4.Testing;

/// <summary>A directory that changes as a mounted Kubernetes volume does: its names are links through <c>..data</c>, which is renamed over.</summary>
public sealed partial class MountedVolume
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private int _versions;

    /// <summary>Makes the empty directory.</summary>
    public MountedVolume(string path) => Path = Directory.CreateDirectory(path).FullName;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Replaces all files at once.</summary>
    public void Publish(params (string Name, string Text)[] files)
    {
        string version = $"..version_{++_versions}";
        Directory.CreateDirectory(In(version));
        foreach ((string name, string text) in files)
        {
            string file = System.IO.Path.Combine(In(version), name);
            File.WriteAllText(file, text);
            File.SetUnixFileMode(file, OwnerOnly);
        }

        File.CreateSymbolicLink(In("..data_new"), version);
        if (Rename(In("..data_new"), In("..data")) != 0)
        {
            throw new IOException($"The link was not renamed: error {Marshal.GetLastPInvokeError()}.");
        }

        foreach ((string name, _) in files.Where(file => !System.IO.Path.Exists(In(file.Name))))
        {
            File.CreateSymbolicLink(In(name), $"..data/{name}");
        }

        if (_versions > 1)
        {
            Directory.Delete(In($"..version_{_versions - 1}"), recursive: true);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    // The framework's own moves refuse a link to a directory, or do not replace one.
    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
