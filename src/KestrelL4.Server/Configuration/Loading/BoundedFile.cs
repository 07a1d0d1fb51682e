namespace KestrelL4.Server.Configuration.Loading;

/// <summary>Reads a file up to a size, whatever its length is said to be: a pipe has none, and a device may never end.</summary>
internal static class BoundedFile
{
    /// <summary>The whole content.</summary>
    /// <param name="path">A path; a pipe is read until its writers close it.</param>
    /// <param name="maxBytes">What is longer is refused.</param>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="FormatException">The file is longer.</exception>
    public static byte[] Read(string path, int maxBytes)
    {
        using FileStream file = File.OpenRead(path);
        using var content = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = file.Read(buffer)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > maxBytes)
            {
                throw new FormatException($"is larger than {maxBytes / 1024 / 1024} MiB");
            }
        }

        return content.ToArray();
    }
}
