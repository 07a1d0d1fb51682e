namespace KestrelL4.Server.Configuration.Loading;

/// <summary>The keys that environment variables such as <c>KestrelL4__Admin__Listen</c> set.</summary>
internal static class EnvironmentEntries
{
    /// <summary>Takes the variables of the node's sections and leaves all others.</summary>
    public static Dictionary<string, string?> Read(IReadOnlyDictionary<string, string> environment)
    {
        var entries = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);

        // Two variables may differ in case only; ordered, so that the same one wins at every start.
        foreach ((string name, string value) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            string key = SectionKeys.FromUnderlines(name);
            if (SectionKeys.IsOurs(key))
            {
                entries[key] = value;
            }
        }

        return entries;
    }
}
