namespace KestrelL4.Server.Configuration.Loading;

/// <summary>One source, as loaded by itself, so that every key knows where it came from.</summary>
/// <param name="Name">How errors name it: the file or directory as given, <c>environment</c> or <c>--set</c>.</param>
/// <param name="Directory">The absolute directory that its relative paths start from.</param>
/// <param name="Entries">Its keys, with colons between their parts, and values; null for JSON's null and {}, "" for [].</param>
internal sealed record ConfigurationSource(string Name, string Directory, IReadOnlyDictionary<string, string?> Entries);
