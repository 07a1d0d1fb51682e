namespace KestrelL4.Testing.Fuzzing;

/// <summary>Spoils valid inputs a little, which leads deeper into whoever reads them than chance does.</summary>
/// <param name="valid">Inputs to begin with.</param>
/// <param name="words">Bytes that mean something in such inputs.</param>
public sealed class Mutations(IReadOnlyList<byte[]> valid, IReadOnlyList<byte[]> words)
{
    private const int MostChanges = 6;
    private const int MostBytes = 64 * 1024;

    // Where counts, signs and lengths change their meaning.
    private static readonly byte[] Edges = [0x00, 0x01, 0x7F, 0x80, 0x81, 0xFE, 0xFF];

    /// <summary>One of the inputs with up to six changes.</summary>
    public byte[] Next(Random random)
    {
        List<byte> bytes = [.. valid[random.Next(valid.Count)]];
        for (int changes = random.Next(1, MostChanges + 1); changes > 0; changes--)
        {
            Change(bytes, random);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        int length = random.Next(1, random.Next(2) == 0 ? 8 : 200);
        int there = Math.Min(length, bytes.Count - at);
        switch (random.Next(9))
        {
            case 0 when there > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1 when there > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2 when there > 0:
                bytes[at] = Edges[random.Next(Edges.Length)];
                break;
            case 3:
                bytes.RemoveRange(at, there);
                break;
            case 4:
                bytes.RemoveRange(at, random.Next(8) == 0 ? bytes.Count - at : 0);
                break;
            case 5 when bytes.Count < MostBytes:
                bytes.InsertRange(at, bytes.GetRange(at, there));
                break;
            case 6 when bytes.Count < MostBytes:
                byte[] noise = new byte[length];
                random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 7 when words.Count > 0:
                byte[] word = words[random.Next(words.Count)];
                bytes.RemoveRange(at, random.Next(2) == 0 ? Math.Min(word.Length, bytes.Count - at) : 0);
                bytes.InsertRange(at, word);
                break;
            case 8:
                byte[] other = valid[random.Next(valid.Count)];
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(Math.Min(at, other.Length)));
                break;
        }
    }
}
