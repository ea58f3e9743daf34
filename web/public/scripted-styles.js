// The content security policy applies styles only if they carry the nonce of this answer, or if a script sets them on an
// element. Libraries write <style> elements and style attributes, which the policy takes for markup, and few of them can
// be told the nonce. So what scripts make gets it here. What somebody smuggles in as markup does not.
(function () {
  var nonce = document.currentScript.nonce;
  var createElement = Document.prototype.createElement;
  Document.prototype.createElement = function () {
    var element = createElement.apply(this, arguments);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
  var setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (name === 'style' && this.style) this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
})();
