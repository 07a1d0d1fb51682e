using System.Globalization;

namespace KestrelL4.Testing.Fuzzing;

/// <summary>Tries a property with many random inputs, and tells how to try the one again with which it does not hold.</summary>
/// <remarks>
/// Each round has a seed of its own, one more than the round before. <c>KESTRELL4_ROUNDS</c> says how many there are, in place of
/// the few that a test takes by itself. <c>KESTRELL4_SEED</c> is the first one's seed; without it a run of the usual length is the
/// same each time, and one of another length begins anywhere.
/// </remarks>
public static class Fuzz
{
    private const int UsualSeed = 20_261_121;

    // What a message shows of an input; the seed has the rest.
    private const int ShownBytes = 4 * 1024;

    private static readonly int? Rounds = Number("KESTRELL4_ROUNDS");
    private static readonly int FirstSeed = Number("KESTRELL4_SEED") ?? (Rounds is null ? UsualSeed : Random.Shared.Next(1_000_000_000));

    /// <summary>Tries a property in each round.</summary>
    /// <param name="rounds">How many rounds there usually are.</param>
    /// <param name="property">Draws its input, and throws when it does not hold.</param>
    public static void Run(int rounds, Action<Random> property)
    {
        for (int round = 0; round < (Rounds ?? rounds); round++)
        {
            int seed = unchecked(FirstSeed + round);
            try
            {
                property(new Random(seed));
            }
            catch (Exception exception)
            {
                throw Failure(round, seed, exception);
            }
        }
    }

    /// <summary>Tries a property of bytes in each round; a message that it does not hold shows them.</summary>
    /// <param name="rounds">How many rounds there usually are.</param>
    /// <param name="draw">Draws the bytes.</param>
    /// <param name="property">Throws when it does not hold.</param>
    public static void Run(int rounds, Func<Random, byte[]> draw, Action<byte[]> property) => Run(rounds, random =>
    {
        byte[] bytes = draw(random);
        try
        {
            property(bytes);
        }
        catch (Exception exception)
        {
            string hex = Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, ShownBytes)));
            throw new InvalidOperationException($"With the {bytes.Length} bytes {hex}: {exception.Message}", exception);
        }
    });

    /// <summary>Tries a property in each round, one after the other.</summary>
    /// <param name="rounds">How many rounds there usually are.</param>
    /// <param name="property">Draws its input, and throws when it does not hold.</param>
    public static async Task RunAsync(int rounds, Func<Random, Task> property)
    {
        for (int round = 0; round < (Rounds ?? rounds); round++)
        {
            int seed = unchecked(FirstSeed + round);
            try
            {
                await property(new Random(seed));
            }
            catch (Exception exception)
            {
                throw Failure(round, seed, exception);
            }
        }
    }

    private static InvalidOperationException Failure(int round, int seed, Exception exception) => new(
        $"Round {round} failed; KESTRELL4_SEED={seed} KESTRELL4_ROUNDS=1 tries it again. {exception.Message}", exception);

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
