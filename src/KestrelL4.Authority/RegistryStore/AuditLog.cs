using System.Text.Json;

namespace KestrelL4.Authority.RegistryStore;

/// <summary>The append-only record of every change: a line of JSON each, on the disk before the change is in force.</summary>
/// <param name="path">The file, which is made with the first line.</param>
internal sealed class AuditLog(string path)
{
    // Lines are short, but a client may have many certificates.
    private const int TailBytes = 256 * 1024;

    /// <summary>Appends a line and sees that it is on the disk; takes it back when the disk refuses.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Append(AuditEntry entry)
    {
        bool isNew = !File.Exists(path);
        using (FileStream file = Open())
        {
            long before = file.Length;
            try
            {
                file.Position = before;
                file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, StoreJson.Default.AuditEntry), (byte)'\n']);
                file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                file.SetLength(before);
                throw;
            }
        }

        if (isNew)
        {
            DurableFile.SyncDirectory(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>Takes back the line appended last, of a change that could not be kept and that nobody was told of.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void TakeBack(long length)
    {
        using FileStream file = Open();
        file.SetLength(length);
        file.Flush(flushToDisk: true);
    }

    /// <summary>How long the file is; 0 when there is none.</summary>
    public long Length() => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Cuts off what a kill left of an unfinished line.</summary>
    /// <returns>Whether there was something to cut.</returns>
    public bool CutUnfinishedLine()
    {
        if (Length() == 0)
        {
            return false;
        }

        using FileStream file = Open();
        (byte[] tail, long start) = Tail(file);
        int end = tail.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (end == tail.Length)
        {
            return false;
        }

        file.SetLength(start + end);
        file.Flush(flushToDisk: true);
        return true;
    }

    /// <summary>The number of the last change in the log; 0 when it is empty, null when its last line cannot be read.</summary>
    public long? LastChange()
    {
        if (Length() == 0)
        {
            return 0;
        }

        using FileStream file = Open();
        ReadOnlySpan<byte> lines = Tail(file).Bytes.AsSpan().TrimEnd((byte)'\n');
        try
        {
            return JsonSerializer.Deserialize(lines[(lines.LastIndexOf((byte)'\n') + 1)..], StoreJson.Default.AuditEntry)?.Change;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (byte[] Bytes, long Start) Tail(FileStream file)
    {
        long start = Math.Max(0, file.Length - TailBytes);
        byte[] tail = new byte[file.Length - start];
        file.Position = start;
        file.ReadExactly(tail);
        return (tail, start);
    }

    private FileStream Open() => new(path, new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.Read,
        UnixCreateMode = DurableFile.Secret,
        BufferSize = 0,
    });
}
