namespace KestrelL4.Server.Configuration.Sections;

/// <summary>One element of a list.</summary>
/// <param name="Key">The element's key below the section that was asked for the list, such as <c>SerialNumbers:0</c>.</param>
/// <param name="Text">The element; never empty.</param>
internal readonly record struct ListItem(string Key, string Text);
