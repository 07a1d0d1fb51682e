namespace KestrelL4.Server.Configuration.Values;

/// <summary>Finds what the operator probably meant.</summary>
internal static class NearestName
{
    // Bounds the work for a node with thousands of applications and as many misspelt grants.
    private const int MaxCandidates = 1_000;
    private const int MaxLength = 64;
    private const int MaxListed = 12;

    /// <summary>What to do about a name that is not among the known ones: the nearest of them, or all when none is near.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> known)
    {
        if (Find(name, known) is { } nearest)
        {
            return $"did you mean '{nearest}'?";
        }

        string listed = string.Join(", ", known.Take(MaxListed));
        return known.Count == 0 ? "none is known here" : $"known are {listed}{(known.Count > MaxListed ? ", …" : "")}";
    }

    private static string? Find(string name, IEnumerable<string> known)
    {
        if (name.Length > MaxLength)
        {
            return null;
        }

        // More than a third of the letters wrong is another word, not a slip.
        int best = Math.Max(2, name.Length / 3) + 1;
        string? nearest = null;
        foreach (string candidate in known.Take(MaxCandidates))
        {
            if (Math.Abs(candidate.Length - name.Length) < best && Distance(name, candidate) is int distance && distance < best)
            {
                (best, nearest) = (distance, candidate);
            }
        }

        return nearest;
    }

    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                int here = Math.Min(diagonal + change, Math.Min(row[j], row[j - 1]) + 1);
                (diagonal, row[j]) = (row[j], here);
            }
        }

        return row[^1];
    }
}
